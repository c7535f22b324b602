//! Encrypted connections to PostgreSQL, and whom they trust.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres::Socket;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::store::{StoreError, Trouble};

/// What an encrypted connection is read from and written to.
pub(super) type Stream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// Whose certificates are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Roots {
    /// Whom this machine trusts.
    System,
    /// Those in a file.
    File(PathBuf),
}

/// Which servers are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Any: nobody reads along, but somebody may stand in between.
    Anybody,
    /// Those with a certificate that one of these has issued, whatever its name is.
    Issued(Roots),
    /// The same, and the certificate is of the host that is asked.
    Named(Roots),
}

/// Makes connections encrypted.
#[derive(Clone)]
pub(super) struct Connector(MakeRustlsConnect);

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connector")
    }
}

impl Connector {
    /// That trusts those.
    ///
    /// # Errors
    /// The certificates cannot be read.
    pub fn new(trust: &Trust) -> Result<Connector, StoreError> {
        // Named here instead of being one for the whole program: what embeds a bot may have its own.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match trust {
            Trust::Anybody => Arc::new(Lenient {
                issuer: None,
                provider: Arc::clone(&provider),
            }),
            Trust::Issued(roots) => Arc::new(Lenient {
                issuer: Some(verifier(roots, &provider)?),
                provider: Arc::clone(&provider),
            }),
            Trust::Named(roots) => verifier(roots, &provider)?,
        };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(&error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(Connector(MakeRustlsConnect::new(config)))
    }

    /// For one connection.
    pub fn connector(&self) -> MakeRustlsConnect {
        self.0.clone()
    }
}

fn verifier(
    roots: &Roots,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, StoreError> {
    match roots {
        Roots::System => {
            let verifier = rustls_platform_verifier::Verifier::new(Arc::clone(provider));
            let none = |error| unusable(&format!("this machine trusts nobody: {error}"));
            Ok(Arc::new(verifier.map_err(none)?))
        }
        Roots::File(path) => {
            let roots = Arc::new(certificates(path)?);
            let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider)).build();
            Ok(verifier.map_err(|error| unusable(&error.to_string()))?)
        }
    }
}

fn certificates(path: &Path) -> Result<RootCertStore, StoreError> {
    let shown = path.display();
    let wrong = |error: &dyn std::fmt::Display| unusable(&format!("the certificates in `{shown}`: {error}"));
    let mut roots = RootCertStore::empty();
    let file = CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))?;
    for certificate in file {
        let certificate = certificate.map_err(|error| wrong(&error))?;
        roots.add(certificate).map_err(|error| wrong(&error))?;
    }
    if roots.is_empty() {
        return Err(wrong(&"there are none"));
    }
    Ok(roots)
}

fn unusable(why: &str) -> StoreError {
    let message = format!("connections to PostgreSQL cannot be encrypted: {why}");
    StoreError::new(Trouble::Unavailable, message)
}

/// Does not look at names, and where there is no issuer at nothing but that the server has the key of its certificate.
#[derive(Debug)]
struct Lenient {
    issuer: Option<Arc<dyn ServerCertVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        server: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        status: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(issuer) = &self.issuer else {
            return Ok(ServerCertVerified::assertion());
        };
        match issuer.verify_server_cert(server, between, name, status, now) {
            // The name is looked at last.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        server: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, server, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        server: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, server, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
