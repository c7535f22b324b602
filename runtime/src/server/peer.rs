//! Who is at the other end of a connection.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The address a request comes from: of the connection, or of whom a proxy that is believed names. An extension of every
/// request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// What limits are counted by: one person has a whole network of IPv6 addresses.
    pub fn counted_as(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                IpAddr::V6(Ipv6Addr::from(network))
            }
        }
    }
}

/// Whether an address is in one of these networks.
pub(crate) fn is_in(networks: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
}

/// An address as proxies write it: some add the port, and IPv6 stands in brackets then.
fn named(name: &str) -> Option<IpAddr> {
    let name = name.trim();
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = bare.unwrap_or(name).parse().ok();
    address.or_else(|| name.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// Who sent a request: the last one named by those who are believed.
pub(super) fn of(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> ClientAddress {
    let is_believed = |address: IpAddr| is_in(proxies, address);
    let mut address = peer.to_canonical();
    if is_believed(address) {
        let names = headers.get_all("x-forwarded-for").iter();
        let names = names.filter_map(|value| value.to_str().ok());
        let names: Vec<&str> = names.flat_map(|value| value.split(',')).collect();
        for name in names.into_iter().rev() {
            let Some(before) = named(name) else {
                break;
            };
            address = before.to_canonical();
            if !is_believed(address) {
                break;
            }
        }
    }
    ClientAddress(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_proxies_are_believed() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "6.6.6.6, 1.2.3.4".parse().unwrap());
        headers.append("x-forwarded-for", "10.0.0.2".parse().unwrap());
        let proxies = ["10.0.0.0/30".parse().unwrap(), "fd00::/8".parse().unwrap()];
        assert_eq!(of(ip("9.9.9.9"), &headers, &proxies).0, ip("9.9.9.9"));
        assert_eq!(of(ip("10.0.0.1"), &headers, &proxies).0, ip("1.2.3.4"));
        assert_eq!(of(ip("::ffff:10.0.0.1"), &headers, &proxies).0, ip("1.2.3.4"));
        headers.append("x-forwarded-for", "nobody".parse().unwrap());
        assert_eq!(of(ip("10.0.0.1"), &headers, &proxies).0, ip("10.0.0.1"));
        assert_eq!(of(ip("10.0.0.1"), &HeaderMap::new(), &proxies).0, ip("10.0.0.1"));
    }

    #[test]
    fn proxies_may_name_ports() {
        let proxies = ["10.0.0.1/32".parse().unwrap()];
        for (name, address) in [
            ("1.2.3.4:5678", "1.2.3.4"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[::ffff:1.2.3.4]:443", "1.2.3.4"),
        ] {
            let mut headers = HeaderMap::new();
            headers.append("x-forwarded-for", name.parse().unwrap());
            assert_eq!(of(ip("10.0.0.1"), &headers, &proxies).0, ip(address), "{name}");
        }
    }

    #[test]
    fn a_network_counts_as_one() {
        let of = |text: &str| ClientAddress(ip(text)).counted_as();
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("1.2.3.4"), of("1.2.3.5"));
        assert_eq!(of("::ffff:1.2.3.4"), of("1.2.3.4"));
    }
}
