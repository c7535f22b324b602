//! The one place where HTTP clients are made: how they trust, and what they never do.

use std::sync::Arc;

use reqwest::ClientBuilder;

/// A client that trusts whom the machine trusts, asks no proxy, and follows nobody anywhere.
///
/// The provider of TLS is named here instead of being one for the whole program: what embeds a bot may have its own.
///
/// # Errors
/// The provider of TLS knows no version of it that is safe.
pub fn builder() -> Result<ClientBuilder, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let tls = match rustls_platform_verifier::Verifier::new(provider) {
        Ok(verifier) => tls
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth(),
        Err(error) => {
            // A machine without certificates can still ask hosts that need none.
            tracing::warn!(%error, "this machine trusts nobody: hosts with https cannot be asked");
            tls.with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth()
        }
    };
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("botflow/", env!("CARGO_PKG_VERSION"))))
}
