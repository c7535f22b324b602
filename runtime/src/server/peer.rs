//! Who is at the other end of a connection.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;

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

/// Who sent a request: the last one named by those who are believed.
pub(super) fn of(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> ClientAddress {
    let is_believed = |address: IpAddr| proxies.contains(&address.to_canonical());
    let mut address = peer.to_canonical();
    if is_believed(address) {
        let named = headers.get_all("x-forwarded-for").iter();
        let named = named.filter_map(|value| value.to_str().ok());
        let named: Vec<&str> = named.flat_map(|value| value.split(',')).collect();
        for name in named.into_iter().rev() {
            let Ok(before) = name.trim().parse::<IpAddr>() else {
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
        let proxies = [ip("10.0.0.1"), ip("10.0.0.2")];
        assert_eq!(of(ip("9.9.9.9"), &headers, &proxies).0, ip("9.9.9.9"));
        assert_eq!(of(ip("10.0.0.1"), &headers, &proxies).0, ip("1.2.3.4"));
        assert_eq!(of(ip("::ffff:10.0.0.1"), &headers, &proxies).0, ip("1.2.3.4"));
        headers.append("x-forwarded-for", "nobody".parse().unwrap());
        assert_eq!(of(ip("10.0.0.1"), &headers, &proxies).0, ip("10.0.0.1"));
        assert_eq!(of(ip("10.0.0.1"), &HeaderMap::new(), &proxies).0, ip("10.0.0.1"));
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
