//! Prints how often each word of standard input occurs, most frequent first.

use std::io::{self, Read, Write};

use fnv::FnvHashMap;

fn main() -> io::Result<()> {
    let mut text = Vec::new();
    io::stdin().read_to_end(&mut text)?;
    let mut counts: FnvHashMap<String, usize> = FnvHashMap::default();
    for line in sample_text::lines(&text) {
        for word in sample_text::words(&String::from_utf8_lossy(line), false) {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut out = io::stdout().lock();
    let mut digits = itoa::Buffer::new();
    for (word, count) in rows {
        writeln!(out, "{} {word}", digits.format(count))?;
    }
    Ok(())
}
