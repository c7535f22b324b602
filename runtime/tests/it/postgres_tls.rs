//! Encrypted connections to PostgreSQL: a server that takes no others, and only those who know a password.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use botflow_runtime::store::{Change, PostgresOptions, PostgresStore, Store, StoreError, Trouble};
use tempfile::TempDir;

use crate::contract::{keep, kept};
use crate::database::{Server, schema};

/// Two authorities, and a certificate of `localhost` that the first one has issued.
struct Certificates(TempDir);

impl Certificates {
    fn make() -> Certificates {
        let made = Certificates(tempfile::tempdir().expect("a folder can be made"));
        let curve = [
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
        ];
        for name in ["ours", "others"] {
            let key = format!("{name}.key");
            let file = format!("{name}.crt");
            let subject = format!("/CN={name}");
            let own = [
                "req", "-x509", "-days", "2", "-subj", &subject, "-keyout", &key, "-out", &file,
            ];
            made.openssl(&[&own[..], &curve].concat());
        }
        let asked = [
            "req",
            "-subj",
            "/CN=localhost",
            "-keyout",
            "server.key",
            "-out",
            "server.csr",
        ];
        made.openssl(&[&asked[..], &curve].concat());
        fs::write(made.file("names"), "subjectAltName=DNS:localhost\n").expect("it can be written");
        made.openssl(&[
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-CA",
            "ours.crt",
            "-CAkey",
            "ours.key",
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            "names",
            "-out",
            "server.crt",
        ]);
        made
    }

    fn openssl(&self, arguments: &[&str]) {
        let out = Command::new("openssl")
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .expect("openssl is there where PostgreSQL is");
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "openssl {arguments:?}: {said}");
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn shown(&self, name: &str) -> String {
        self.file(name).display().to_string()
    }
}

/// A server on a port of this machine, where it takes encrypted connections only, of `guest` with a password.
fn start(certificates: &Certificates) -> (Server, u16) {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        listener.local_addr().expect("it is bound").port()
    };
    // Its socket keeps its usual number: a second port of the same server is not to be had.
    let server = Server::start_with(&["listen_addresses=localhost", &format!("port={port}")]);
    let data = server.folder().join("data");
    let owner = fs::metadata(&data).expect("it is there");
    for name in ["server.crt", "server.key"] {
        let to = data.join(name);
        fs::copy(certificates.file(name), &to).expect("it can be copied");
        give(&to, owner.uid(), owner.gid());
    }
    let allowed = data.join("pg_hba.conf");
    let text = "local all all trust\nhostssl all guest all scram-sha-256\n";
    fs::write(&allowed, text).expect("it can be written");
    let settings = data.join("postgresql.auto.conf");
    let text = "ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\npassword_encryption = 'scram-sha-256'\n";
    fs::write(&settings, text).expect("it can be written");
    server.tell("restart");
    (server, port)
}

fn give(file: &Path, user: u32, group: u32) {
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).expect("it is ours");
    chown(file, Some(user), Some(group)).expect("it is ours");
}

async fn open(address: &str, roots: Option<PathBuf>) -> Result<PostgresStore, StoreError> {
    let options = PostgresOptions {
        schema: schema(),
        connections: 1,
        root_certificates: roots,
    };
    PostgresStore::open_with(address, options).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_encrypted_and_trust_whom_they_are_told_to() {
    let (certificates, server, port) = tokio::task::spawn_blocking(|| {
        let certificates = Certificates::make();
        let (server, port) = start(&certificates);
        (certificates, server, port)
    })
    .await
    .expect("it starts");
    let inside = format!("{} port={port}", server.address);
    let (client, connection) = tokio_postgres::connect(&inside, tokio_postgres::NoTls)
        .await
        .expect("it is reached");
    tokio::spawn(connection);
    client
        .batch_execute(
            "CREATE ROLE guest LOGIN PASSWORD 'secret words'; GRANT CREATE ON DATABASE postgres TO guest",
        )
        .await
        .expect("it is done");
    let by = |password: &str, host: &str, options: &str| {
        format!("postgres://guest:{password}@{host}:{port}/postgres?{options}")
    };
    let address = |options: &str| by("secret%20words", "localhost", options);
    let (ours, others) = (certificates.shown("ours.crt"), certificates.shown("others.crt"));

    for options in [
        // Encrypted because the server wants it.
        "".to_owned(),
        "sslmode=prefer".to_owned(),
        "sslmode=require&channel_binding=require".to_owned(),
        format!("sslmode=require&sslrootcert={ours}"),
        format!("sslmode=verify-ca&sslrootcert={ours}"),
        format!("sslmode=verify-full&sslrootcert={ours}&channel_binding=require"),
    ] {
        let store = open(&address(&options), None).await;
        let store = store.unwrap_or_else(|error| panic!("{options}: {error}"));
        store.commit(vec![keep(1, 0)]).await.unwrap();
        assert_eq!(kept(&store, 1).await.0, 1);
        let sql = "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl)
                   FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'guest'";
        let row = client.query_one(sql, &[]).await.unwrap();
        assert!(row.get::<_, i64>(0) >= 2, "one for turns and one to listen");
        assert_eq!(row.get::<_, i64>(1), 0, "none that is not encrypted");
        store.close().await;
    }
    // As a setting beside the address; and what hosts tell each other goes the same way.
    let options = || PostgresOptions {
        schema: "two hosts".to_owned(),
        root_certificates: Some(certificates.file("ours.crt")),
        ..PostgresOptions::default()
    };
    let one = PostgresStore::open_with(&address("sslmode=verify-full"), options())
        .await
        .unwrap();
    let other = PostgresStore::open_with(&address("sslmode=verify-full"), options())
        .await
        .unwrap();
    let mut heard = other.changes();
    let bot = Change {
        bot: true,
        ..Change::default()
    };
    one.tell(bot.clone());
    assert_eq!(heard.recv().await.unwrap(), bot);
    one.close().await;
    other.close().await;

    let garbled = certificates.shown("names");
    for (address, why) in [
        (address("sslmode=disable"), "no encryption"),
        (
            address(&format!("sslmode=verify-full&sslrootcert={others}")),
            "UnknownIssuer",
        ),
        (
            address(&format!("sslmode=verify-ca&sslrootcert={others}")),
            "UnknownIssuer",
        ),
        // Nobody whom this machine trusts has issued it.
        (address("sslmode=verify-full"), "certificate"),
        (
            by(
                "secret%20words",
                "127.0.0.1",
                &format!("sslmode=verify-full&sslrootcert={ours}"),
            ),
            "not valid for name",
        ),
        (
            address(&format!("sslmode=verify-full&sslrootcert={garbled}")),
            "there are none",
        ),
        (
            address("sslmode=verify-full&sslrootcert=/nowhere/ca.crt"),
            "/nowhere/ca.crt",
        ),
        (
            by("wrong%20words", "localhost", "sslmode=require"),
            "password authentication failed",
        ),
    ] {
        let error = open(&address, None).await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Unavailable, "{error}");
        assert!(error.message.contains(why), "{error}");
        for secret in ["secret", "wrong words", "wrong%20words"] {
            assert!(!error.message.contains(secret), "{error}");
        }
    }
    // The name is not looked at where only the issuer is.
    let by_number = by(
        "secret%20words",
        "127.0.0.1",
        &format!("sslmode=verify-ca&sslrootcert={ours}"),
    );
    open(&by_number, None).await.unwrap().close().await;
    // Nor is anything on a socket of this machine, where nothing is encrypted.
    let inside = inside.replace("user=postgres", "user=postgres sslmode=require");
    open(&inside, None).await.unwrap().close().await;
}
