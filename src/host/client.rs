//! Asks a host that runs, as an operator: requests signed with its admin key.

use std::time::{Duration, SystemTime};

use botflow_runtime::operations::AdminKey;
use botflow_runtime::operations::signature::HEADER;
use serde_json::Value;

use crate::failure::Failure;

/// A host that runs.
pub struct HostClient {
    url: String,
    key: AdminKey,
    http: reqwest::Client,
}

impl HostClient {
    /// The host at an address.
    pub fn new(url: &str, key: &[u8]) -> Result<HostClient, Failure> {
        let is_url = url.strip_prefix("https://").or(url.strip_prefix("http://"));
        if is_url.is_none_or(|rest| rest.is_empty() || rest.starts_with('/')) {
            return Err(Failure::Usage(format!(
                "`{url}` is no address of a host: it begins with https:// or http://"
            )));
        }
        let failed =
            |error: &dyn std::error::Error| Failure::Environment(format!("requests cannot be made: {error}"));
        let http = botflow_runtime::client::builder()
            .map_err(|error| failed(&error))?
            .timeout(Duration::from_secs(60))
            .build()
            .map_err(|error| failed(&error))?;
        Ok(HostClient {
            url: url.trim_end_matches('/').to_owned(),
            key: AdminKey::new(key).map_err(Failure::Usage)?,
            http,
        })
    }

    /// Asks, and gives what is answered.
    pub async fn ask(&self, method: reqwest::Method, path: &str, body: Vec<u8>) -> Result<Value, Failure> {
        let address = reqwest::Url::parse(&format!("{}{path}", self.url))
            .map_err(|error| Failure::Usage(format!("`{}` is no address of a host: {error}", self.url)))?;
        let signed_path = match address.query() {
            Some(query) => format!("{}?{query}", address.path()),
            None => address.path().to_owned(),
        };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(i64::MAX));
        let nonce = getrandom::u64()
            .map_err(|error| Failure::Environment(format!("the system gives no random numbers: {error}")))?;
        let signature = self.key.sign(now, nonce, method.as_str(), &signed_path, &body);
        let request = self
            .http
            .request(method, address)
            .header(HEADER, signature)
            .body(body);
        let unreachable = |error: reqwest::Error| {
            let mut why: &dyn std::error::Error = &error;
            while let Some(source) = why.source() {
                why = source;
            }
            Failure::Environment(format!("the host at {} cannot be reached: {why}", self.url))
        };
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(unreachable)?;
        let value: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(value);
        }
        let message = value["error"]["message"].as_str();
        Err(Failure::Environment(match (status.as_u16(), message) {
            (404, None | Some("there is nothing here")) => format!(
                "there is no host of Botflow at {}, or one without an admin key (`BOTFLOW_ADMIN_KEY`)",
                self.url
            ),
            (_, Some(message)) => format!("the host at {} refused: {message}", self.url),
            (code, None) => format!("the host at {} answered with status {code}", self.url),
        }))
    }
}
