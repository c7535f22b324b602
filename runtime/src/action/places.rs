//! Which addresses may be asked: none within the host's own networks, unless its configuration says so. What was checked
//! is what is connected to, so a name that changes its mind between the two helps nobody.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use smol_str::SmolStr;

/// Looks up names, and gives only addresses that may be asked.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// Hosts that may lie in private networks.
    private: Arc<[SmolStr]>,
}

/// A host lies where it may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Private(pub SmolStr);

impl fmt::Display for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` lies in a private network, and this host's configuration does not allow that",
            self.0
        )
    }
}

impl std::error::Error for Private {}

impl Places {
    pub fn new(private: Vec<SmolStr>) -> Places {
        Places {
            private: private.into(),
        }
    }

    /// Whether a host of this name may lie in a private network.
    pub fn may_be_private(&self, host: &str) -> bool {
        self.private.iter().any(|one| one.eq_ignore_ascii_case(host))
    }

    /// Whether a host that is written as an address may be asked; names are looked at when they are looked up.
    pub fn check_literal(&self, host: &url::Host<&str>) -> Result<(), Private> {
        let (address, name) = match host {
            url::Host::Domain(_) => return Ok(()),
            url::Host::Ipv4(address) => (IpAddr::V4(*address), address.to_string()),
            url::Host::Ipv6(address) => (IpAddr::V6(*address), format!("[{address}]")),
        };
        match is_public(address) || self.may_be_private(&name) {
            true => Ok(()),
            false => Err(Private(name.into())),
        }
    }
}

impl Resolve for Places {
    fn resolve(&self, name: Name) -> Resolving {
        let host = SmolStr::new(name.as_str());
        let private = self.may_be_private(&host);
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found
                .filter(|address| private || is_public(address.ip()))
                .collect();
            if allowed.is_empty() {
                return Err(Private(host).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the Internet at large.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        // Shared between carriers and their customers, protocol assignments, benchmarks.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let low = || {
        let [a, b] = segments[6].to_be_bytes();
        let [c, d] = segments[7].to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    // Addresses that stand for one of the older kind.
    if segments[..5] == [0; 5] && matches!(segments[5], 0 | 0xffff) {
        return segments[5] == 0xffff && is_public_v4(low());
    }
    if segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return is_public_v4(low());
    }
    if segments[0] == 0x2002 {
        let [a, b] = segments[1].to_be_bytes();
        let [c, d] = segments[2].to_be_bytes();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    // All that is given out at large begins with 001; of that not: tunnels and documentation.
    let at_large = segments[0] & 0xe000 == 0x2000;
    let tunnel = segments[0] == 0x2001 && segments[1] < 0x200;
    let documentation = (segments[0] == 0x2001 && segments[1] == 0xdb8) || segments[0] & 0xfff0 == 0x3ff0;
    at_large && !tunnel && !documentation
}

#[cfg(test)]
mod tests {
    use super::is_public;

    fn public(address: &str) -> bool {
        is_public(address.parse().expect("an address"))
    }

    #[test]
    fn addresses_of_ones_own_networks_are_not_public() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:c0a8:101::",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!public(private), "{private}");
        }
    }

    #[test]
    fn addresses_of_everybody_are_public() {
        for everybody in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::",
            "2606:4700::1111",
            "2a00:1450:4001::200e",
        ] {
            assert!(public(everybody), "{everybody}");
        }
    }
}
