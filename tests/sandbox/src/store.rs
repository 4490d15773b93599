//! Keeps the state in a file: a journal of changes, which is rewritten in short form from time to
//! time.
//!
//! A line has all changes of one request or job, in all Stripe accounts. It is written before the
//! response is sent. Therefore no answered change is lost, and an incomplete line was never
//! answered.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::accounts::{Account, Status};
use crate::clock::ClockChanges;
use crate::delivery;
use crate::error::ApiError;
use crate::events::Event;
use crate::flow::saved::Saved;
use crate::idempotency::Replay;
use crate::ownership::Ownership;
use crate::sessions::Session;
use crate::state::State;
use crate::table::Object;
use crate::transactions::Transaction;
use crate::world::{Universe, World};

/// The first line, which identifies the format.
const FIRST_LINE: &str = r#"{"stripe-financial-connections-sandbox":1}"#;
/// A journal is rewritten once it is longer than this and twice its last short length.
const MIN_LENGTH: u64 = 8 << 20;
/// Rows of one kind per line in a short journal.
const CHUNK: usize = 1000;

/// The changes of one Stripe account.
#[derive(Serialize)]
struct Record<'a> {
    #[serde(skip_serializing_if = "is_platform")]
    world: &'a World,
    #[serde(skip_serializing_if = "ClockChanges::is_empty")]
    clock: ClockChanges,
    #[serde(skip_serializing_if = "Rows::is_empty")]
    rows: Rows<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    transactions: Vec<(&'a str, Vec<(u32, &'a Transaction)>)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    replays: Vec<&'a Replay>,
}

#[derive(Deserialize)]
struct ReadRecord {
    #[serde(default)]
    world: World,
    #[serde(default)]
    clock: ClockChanges,
    #[serde(default)]
    rows: ReadRows,
    #[serde(default)]
    transactions: Vec<(String, Vec<(u32, Transaction)>)>,
    #[serde(default)]
    replays: Vec<Replay>,
}

fn is_platform(world: &World) -> bool {
    *world == World::PLATFORM
}

macro_rules! tables {
    ($($name:ident: $row:ty,)*) => {
        /// Rows to write.
        #[derive(Default, Serialize)]
        struct Rows<'a> {
            $(#[serde(skip_serializing_if = "Vec::is_empty")] $name: Vec<&'a $row>,)*
        }

        /// Rows that were read.
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct ReadRows {
            $($name: Vec<$row>,)*
        }

        /// The indices of changed rows.
        struct Places {
            $($name: BTreeSet<usize>,)*
        }

        impl Places {
            /// Returns the indices of the rows that changed since the last call.
            fn take(state: &mut State) -> Self {
                Self { $($name: state.$name.take_changed(),)* }
            }
        }

        impl<'a> Rows<'a> {
            fn is_empty(&self) -> bool {
                $(self.$name.is_empty() && )* true
            }

            fn at(state: &'a State, places: &Places) -> Self {
                Self {
                    $($name: places.$name.iter().map(|place| state.$name.at(*place)).collect(),)*
                }
            }

            /// Calls a function for each chunk of all rows.
            fn each_chunk(
                state: &'a State,
                mut write: impl FnMut(Self) -> io::Result<()>,
            ) -> io::Result<()> {
                $(for chunk in state.$name.rows().chunks(CHUNK) {
                    write(Self { $name: chunk.iter().collect(), ..Self::default() })?;
                })*
                Ok(())
            }
        }

        impl ReadRows {
            fn apply(self, state: &mut State) {
                $(for row in self.$name {
                    state.$name.put(row);
                })*
            }
        }

        fn has_changed(state: &State) -> bool {
            $(state.$name.has_changed() || )* false
        }
    };
}

tables! {
    customers: Object,
    sessions: Session,
    accounts: Account,
    ownerships: Ownership,
    payment_methods: Object,
    mandates: Object,
    payment_intents: Object,
    setup_intents: Object,
    webhook_endpoints: Object,
    tokens: Object,
    external_accounts: Object,
    products: Object,
    prices: Object,
    invoices: Object,
    invoice_items: Object,
    subscriptions: Object,
    checkout_sessions: Object,
    hidden: Object,
    saved: Saved,
    events: Event,
}

/// The file of a state.
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    length: u64,
    /// Its length after the last rewrite.
    short: u64,
    /// The reason why it can't be written any more.
    broken: Option<String>,
}

impl Journal {
    /// Opens the file and replays its changes. Only one sandbox can use a file at a time.
    pub(crate) fn open(path: &Path, universe: &mut Universe) -> io::Result<Self> {
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(named)?;
        lock(&file).map_err(named)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(named)?;
        replay(&text, universe).map_err(named)?;
        drop(text);
        let mut journal = Self {
            path: path.to_owned(),
            file,
            length: 0,
            short: 0,
            broken: None,
        };
        journal.shorten(universe).map_err(named)?;
        Ok(journal)
    }

    /// Appends a line, or returns the reason why it could not.
    fn write(&mut self, line: &[u8]) -> Result<(), String> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        if let Err(error) = self.file.write_all(line) {
            // A part of the line may have been written. It is cut off, so that later lines can be
            // read.
            let cut = self
                .file
                .set_len(self.length)
                .and_then(|()| self.file.seek(SeekFrom::End(0)));
            let message = format!("{}: {error}", self.path.display());
            if cut.is_err() {
                self.broken = Some(message.clone());
            }
            return Err(message);
        }
        self.length += line.len() as u64;
        Ok(())
    }

    fn is_long(&self) -> bool {
        self.length > MIN_LENGTH && self.length > 2 * self.short
    }

    /// Writes the whole state to a second file, which then replaces the first.
    fn shorten(&mut self, universe: &mut Universe) -> io::Result<()> {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let new = self.path.with_file_name(name);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&new)?;
        lock(&file)?;
        let mut writer = BufWriter::new(file);
        write_all(&mut writer, universe)?;
        let file = writer
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        self.length = file.metadata()?.len();
        self.short = self.length;
        self.file = file;
        Ok(())
    }
}

fn lock(file: &File) -> io::Result<()> {
    file.try_lock().map_err(|error| match error {
        fs::TryLockError::WouldBlock => io::Error::new(
            io::ErrorKind::ResourceBusy,
            "another sandbox keeps its state there",
        ),
        fs::TryLockError::Error(error) => error,
    })
}

/// Replays the changes in a journal. An incomplete last line was not answered, and is ignored.
fn replay(text: &[u8], universe: &mut Universe) -> io::Result<()> {
    let invalid = |line: usize, error: &dyn std::fmt::Display| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("line {line}: not the state of a sandbox: {error}"),
        )
    };
    let is_start = FIRST_LINE.as_bytes().starts_with(text);
    let end = text.iter().rposition(|byte| *byte == b'\n');
    let Some(end) = end.filter(|_| !is_start) else {
        return if is_start {
            Ok(())
        } else {
            Err(invalid(1, &"it is something else"))
        };
    };
    let lines = text[..end].split(|byte| *byte == b'\n').enumerate();
    for (place, line) in lines {
        if place == 0 {
            if line != FIRST_LINE.as_bytes() {
                return Err(invalid(1, &"it is something else, or of another version"));
            }
            continue;
        }
        let records: Vec<ReadRecord> =
            serde_json::from_slice(line).map_err(|error| invalid(place + 1, &error))?;
        for record in records {
            let world = universe.world(&record.world);
            let state = world.map_err(|error| invalid(place + 1, &error.message()))?;
            apply(record, state);
        }
    }
    for (_, state) in universe.worlds_mut() {
        state.index();
    }
    Ok(())
}

fn apply(record: ReadRecord, state: &mut State) {
    state.clock.apply(record.clock);
    let mut rows = record.rows;
    for account in &mut rows.accounts {
        // Transactions are stored apart from their account. A disconnected account has none.
        if account.status != Status::Disconnected
            && let Some(known) = state.accounts.get_mut(&account.id)
        {
            account.transactions = std::mem::take(&mut known.transactions);
        }
    }
    rows.apply(state);
    for (account, transactions) in record.transactions {
        let Some(account) = state.accounts.get_mut(&account) else {
            continue;
        };
        for (place, transaction) in transactions {
            match account.transactions.get_mut(place as usize) {
                Some(known) => *known = transaction,
                None => account.transactions.push(transaction),
            }
        }
    }
    for replay in record.replays {
        state.replays.put(replay);
    }
}

/// Returns a line with all changes since the last call; `None` if there are none.
fn changes(universe: &mut Universe) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    for (world, state) in universe.worlds_mut() {
        let clock = state.clock.take_changes();
        if clock.is_empty() && !state.replays.has_new() && !has_changed(state) {
            continue;
        }
        let places = Places::take(state);
        let mut moved = Vec::new();
        for place in &places.accounts {
            let (id, places) = state.accounts.at_mut(*place).take_changed_transactions();
            if !places.is_empty() {
                moved.push((id, places));
            }
        }
        let keys = state.replays.take_new();
        let state = &*state;
        let record = Record {
            world,
            clock,
            rows: Rows::at(state, &places),
            transactions: moved
                .iter()
                .filter_map(|(id, places)| {
                    let account = state.accounts.get(id)?;
                    let rows = places.iter().filter_map(|place| {
                        Some((*place, account.transactions.get(*place as usize)?))
                    });
                    Some((id.as_str(), rows.collect()))
                })
                .collect(),
            replays: keys
                .iter()
                .filter_map(|key| state.replays.get(key))
                .collect(),
        };
        line.push(if line.is_empty() { b'[' } else { b',' });
        serde_json::to_writer(&mut line, &record)?;
    }
    if line.is_empty() {
        return Ok(None);
    }
    line.extend(b"]\n");
    Ok(Some(line))
}

/// Writes the whole state as a short journal.
fn write_all(writer: &mut impl Write, universe: &Universe) -> io::Result<()> {
    writeln!(writer, "{FIRST_LINE}")?;
    for (world, state) in universe.worlds() {
        let mut write = |record: Record<'_>| {
            writer.write_all(b"[")?;
            serde_json::to_writer(&mut *writer, &record)?;
            writer.write_all(b"]\n")
        };
        let record = |rows| Record {
            world,
            clock: ClockChanges::default(),
            rows,
            transactions: Vec::new(),
            replays: Vec::new(),
        };
        write(Record {
            clock: state.clock.as_changes(),
            ..record(Rows::default())
        })?;
        Rows::each_chunk(state, |rows| write(record(rows)))?;
        for account in state.accounts.rows() {
            for (n, chunk) in account.transactions.chunks(CHUNK).enumerate() {
                let places = (n * CHUNK) as u32..;
                write(Record {
                    transactions: vec![(&account.id, places.zip(chunk).collect())],
                    ..record(Rows::default())
                })?;
            }
        }
        let replays: Vec<_> = state.replays.all().collect();
        for chunk in replays.chunks(CHUNK) {
            write(Record {
                replays: chunk.to_vec(),
                ..record(Rows::default())
            })?;
        }
    }
    Ok(())
}

impl Universe {
    /// Saves the changes since the last call, if there is a file. Returns whether there were
    /// changes.
    pub(crate) fn commit(&mut self) -> Result<bool, ApiError> {
        let failed = |error: &dyn std::fmt::Display| {
            eprintln!("sandbox: the state was not saved: {error}");
            ApiError::invalid(format!("The sandbox could not save its state: {error}"))
                .r#type("api_error")
                .status(500)
        };
        if self.ended {
            return Err(ApiError::invalid("The sandbox has ended.")
                .r#type("api_error")
                .status(500));
        }
        delivery::address(self);
        let Some(mut journal) = self.journal.take() else {
            return Ok(self.forget_changes());
        };
        let written = match changes(self) {
            Ok(None) => Ok(false),
            Ok(Some(line)) => journal.write(&line).map(|()| true),
            Err(error) => Err(error.to_string()),
        };
        if journal.is_long()
            && let Err(error) = journal.shorten(self)
        {
            // A failed rewrite is not an error: the long journal stays in use.
            eprintln!("sandbox: {}: {error}", journal.path.display());
            journal.short = journal.length;
        }
        self.journal = Some(journal);
        written.map_err(|error| failed(&error))
    }

    /// Keeps the state in a file from now on, beginning with its content.
    pub(crate) fn keep_in(&mut self, file: &Path) -> io::Result<()> {
        self.journal = Some(Journal::open(file, self)?);
        self.forget_changes();
        Ok(())
    }

    /// Discards the changes, and returns whether there were any.
    fn forget_changes(&mut self) -> bool {
        let mut any = false;
        for (_, state) in self.worlds_mut() {
            any |= !state.clock.take_changes().is_empty()
                || state.replays.has_new()
                || has_changed(state);
            let places = Places::take(state);
            for place in places.accounts {
                state.accounts.at_mut(place).take_changed_transactions();
            }
            state.replays.take_new();
        }
        any
    }
}
