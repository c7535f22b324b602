//! Any bytes as the body of a webhook, and as the header that signs it. What is read, is read again from nothing but
//! itself; what is refused, is refused in few words.

use botflow_runtime::channel::webhook::signature::Secrets;
use botflow_runtime::channel::webhook::{MOST_ITEMS, Side, read};

use super::bots;

/// The moment of all of them.
const NOW: i64 = 1_800_000_000_000;

/// Reads a body for both sides of each example.
pub fn run(data: &[u8]) {
    for example in bots::all() {
        for side in [Side::Channel, Side::People] {
            match read(data, side, &example.program, NOW) {
                Ok(items) => {
                    assert!((1..=MOST_ITEMS).contains(&items.len()));
                    assert!(items.iter().all(|item| !item.id.is_empty()));
                    let again = read(data, side, &example.program, NOW);
                    assert_eq!(again.as_ref(), Ok(&items));
                }
                Err(malformed) => assert!(malformed.to_string().len() < 2_000),
            }
        }
    }
    let secrets = Secrets::new(["a secret of some thirty-two bytes"]).expect("it is long enough");
    let header = String::from_utf8_lossy(data);
    assert!(secrets.verify(&header, "sms", NOW / 1_000, data).is_err());
    let signed = secrets.sign("sms", NOW / 1_000, data);
    assert_eq!(secrets.verify(&signed, "sms", NOW / 1_000, data), Ok(()));
}
