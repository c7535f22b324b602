//! A connection to PostgreSQL: made, looked at whether it is safe, and asked.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Row, Socket, Statement};

use super::error::{Asked, Fault};
use super::tls::{Connector, Stream};
use crate::store::{StoreError, Trouble};

/// A connection that gives no answer for so long is given up. The server gives statements up before that.
const SILENCE: Duration = Duration::from_secs(25);

/// Making a connection takes at most so long.
const CONNECTING: Duration = Duration::from_secs(5);

/// The oldest version that is known to work.
const OLDEST: i32 = 130_000;

/// Values for a statement.
pub(super) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Turns, and everything that is read.
    Turns,
    /// Claims, and what became of letters: what a crash of the server takes of these is done again, so none of it waits
    /// for the disk.
    Claims,
}

/// Where to, and where there.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub config: Config,
    pub connector: Connector,
    pub schema: String,
}

/// A connection.
pub(super) struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
    /// It is not to be used again.
    pub is_spoilt: bool,
}

impl Place {
    /// The name of the schema as SQL.
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.schema.replace('"', "\"\""))
    }

    /// A number that tells locks of this store from other stores' in the same database.
    pub fn lock(&self, of: &str) -> i64 {
        let mut hasher = blake3::Hasher::new_derive_key("botflow lock of a PostgreSQL store");
        hasher.update(of.as_bytes());
        hasher.update(&[0]);
        hasher.update(self.schema.as_bytes());
        let hash = hasher.finalize();
        hash.as_bytes()
            .first_chunk::<8>()
            .map_or(0, |first| i64::from_le_bytes(*first))
    }

    /// The channel on which hosts of this store tell each other.
    pub fn channel(&self) -> String {
        format!("botflow_{:016x}", self.lock("channel"))
    }

    /// A connection and what speaks over it.
    pub async fn reach(&self) -> Result<(Client, Connection<Socket, Stream>), StoreError> {
        match timeout(CONNECTING, self.config.connect(self.connector.connector())).await {
            Ok(Ok(reached)) => Ok(reached),
            Ok(Err(error)) => Err(Fault::Said(error).into_error(Asked::Reading)),
            Err(_) => Err(Fault::Silent.into_error(Asked::Reading)),
        }
    }
}

impl Session {
    /// A new connection.
    ///
    /// # Errors
    /// The server cannot be reached, or what it acknowledges could be lost.
    pub async fn connect(place: &Place, purpose: Purpose) -> Result<Session, StoreError> {
        let (client, connection) = place.reach().await?;
        tokio::spawn(async move {
            // Whoever asks over it is told, too.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to PostgreSQL has ended");
            }
        });
        let mut session = Session {
            client,
            statements: HashMap::new(),
            is_spoilt: false,
        };
        session.check().await?;
        // Statements look single rows up: their plans do not depend on values, nor on how full tables are.
        let mut settings = format!(
            "SET search_path TO {}; SET plan_cache_mode TO force_generic_plan;
             SET enable_seqscan TO off; SET enable_hashjoin TO off; SET enable_mergejoin TO off; SET jit TO off;
             SET statement_timeout TO '20s'; SET idle_in_transaction_session_timeout TO '20s';
             SET default_transaction_isolation TO 'read committed';",
            place.quoted()
        );
        if purpose == Purpose::Claims {
            settings.push_str("SET synchronous_commit TO off;");
        }
        session
            .simple(&settings)
            .await
            .map_err(|fault| fault.into_error(Asked::Reading))?;
        Ok(session)
    }

    /// Whether what this server acknowledges is safe.
    async fn check(&mut self) -> Result<(), StoreError> {
        let rows = self
            .rows(
                "SELECT current_setting('server_version_num')::int4, current_setting('fsync'),
                        current_setting('full_page_writes'), current_setting('synchronous_commit'),
                        pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on',
                        current_setting('server_version')",
                &[],
            )
            .await
            .map_err(|fault| fault.into_error(Asked::Reading))?;
        let Some(row) = rows.first() else {
            return Err(StoreError::new(
                Trouble::Unavailable,
                "PostgreSQL does not tell its settings",
            ));
        };
        let is = |at: usize| row.get::<_, &str>(at);
        if row.get::<_, i32>(0) < OLDEST {
            let message = format!("PostgreSQL {} is too old: 13 or later is needed", is(5));
            return Err(StoreError::new(Trouble::Unsafe, message));
        }
        for (at, name) in [(1, "fsync"), (2, "full_page_writes"), (3, "synchronous_commit")] {
            if is(at) == "off" {
                let message =
                    format!("PostgreSQL runs with {name} = off: what it acknowledges could be lost");
                return Err(StoreError::new(Trouble::Unsafe, message));
            }
        }
        if row.get::<_, bool>(4) {
            let message = "this PostgreSQL takes no changes: it is a standby, or set to be read only";
            return Err(StoreError::new(Trouble::ReadOnly, message));
        }
        Ok(())
    }

    /// Whether it can be asked.
    pub fn is_usable(&self) -> bool {
        !self.is_spoilt && !self.client.is_closed()
    }

    /// Asks. The answer is whole when the server is ready for the next question, and not before: a statement on its own is
    /// committed only then.
    pub async fn rows(&mut self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, Fault> {
        // Whoever stops waiting leaves a statement under way: nobody else is to wait for that.
        let was_spoilt = std::mem::replace(&mut self.is_spoilt, true);
        let (client, statements) = (&self.client, &mut self.statements);
        let asking = async {
            let statement = match statements.get(sql) {
                Some(statement) => statement.clone(),
                None => {
                    let statement = client.prepare(sql).await?;
                    statements.insert(sql.to_owned(), statement.clone());
                    statement
                }
            };
            client.query(&statement, values).await
        };
        let answer = match timeout(SILENCE, asking).await {
            Ok(answer) => answer.map_err(Fault::Said),
            Err(_) => Err(Fault::Silent),
        };
        self.is_spoilt = was_spoilt;
        self.looked_at(answer)
    }

    /// Asks for several things that have no values and no answers.
    pub async fn simple(&mut self, sql: &str) -> Result<(), Fault> {
        let was_spoilt = std::mem::replace(&mut self.is_spoilt, true);
        let answer = match timeout(SILENCE, self.client.batch_execute(sql)).await {
            Ok(answer) => answer.map_err(Fault::Said),
            Err(_) => Err(Fault::Silent),
        };
        self.is_spoilt = was_spoilt;
        self.looked_at(answer)
    }

    /// A connection on which anything but a refusal has come is not used again: a new one knows of new tables, plans and
    /// primaries.
    fn looked_at<T>(&mut self, answer: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(fault) = &answer {
            self.is_spoilt |= !(fault.is_refusal() || fault.is_impatience());
        }
        answer
    }
}

/// What a connection says by itself.
pub(super) async fn next_message(
    connection: &mut Connection<Socket, Stream>,
) -> Option<Result<AsyncMessage, tokio_postgres::Error>> {
    std::future::poll_fn(|context| connection.poll_message(context)).await
}
