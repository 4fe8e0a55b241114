//! The law in force, and what it was before. Amendments are rare, and whoever is reading a book when it is amended must be
//! able to finish; so books are only ever added, and the newest is the law.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, AtomicI32, Ordering},
};

use law::Book;
use uuid::Uuid;

/// Every book since the start of the process.
pub(crate) struct Books {
    first: Node,
    /// The number of the newest amendment that the newest book holds.
    known: AtomicI32,
    /// Whether cases are still being counted by the newest book.
    counting: AtomicBool,
    /// One amendment at a time.
    turn: tokio::sync::Mutex<()>,
}

struct Node {
    book: Arc<Book>,
    /// The amendment that made it; none for the law that the process started with.
    amendment: Option<Uuid>,
    next: OnceLock<Box<Node>>,
}

impl Books {
    pub(crate) fn new(book: Arc<Book>) -> Self {
        Self {
            first: Node { book, amendment: None, next: OnceLock::new() },
            known: AtomicI32::new(0),
            counting: AtomicBool::new(false),
            turn: tokio::sync::Mutex::new(()),
        }
    }

    /// The law in force.
    pub(crate) fn newest(&self) -> &Book {
        let mut node = &self.first;
        while let Some(next) = node.next.get() {
            node = next;
        }
        &node.book
    }

    /// Whether an amendment is worked in.
    pub(super) fn holds(&self, amendment: Uuid) -> bool {
        let mut node = &self.first;
        loop {
            if node.amendment == Some(amendment) {
                return true;
            }
            match node.next.get() {
                Some(next) => node = next,
                None => return false,
            }
        }
    }

    /// Makes `book` the law, by this amendment.
    pub(super) fn push(&self, amendment: Uuid, book: Book) {
        // Until its cases have been counted, each is counted when it is touched.
        self.counting.store(true, Ordering::Release);
        let mut node = &self.first;
        let mut added = Box::new(Node { book: Arc::new(book), amendment: Some(amendment), next: OnceLock::new() });
        loop {
            match node.next.get() {
                Some(next) => node = next,
                None => match node.next.set(added) {
                    Ok(()) => return,
                    // Another one was faster; this one comes after it.
                    Err(back) => added = back,
                },
            }
        }
    }

    pub(super) fn turn(&self) -> &tokio::sync::Mutex<()> {
        &self.turn
    }

    pub(super) fn known(&self) -> i32 {
        self.known.load(Ordering::Acquire)
    }

    pub(super) fn learnt(&self, seq: i32) {
        self.known.fetch_max(seq, Ordering::AcqRel);
    }

    /// Whether a stored case may still show terms counted by an earlier law.
    pub(crate) fn is_counting(&self) -> bool {
        self.counting.load(Ordering::Acquire)
    }

    pub(super) fn counted(&self) {
        self.counting.store(false, Ordering::Release);
    }
}
