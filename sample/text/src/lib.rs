//! Splits text into lines and words.

use either::Either;

/// The lines of `text`, without their ends; the last one also when it has no end.
pub fn lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text) {
        lines.push(&text[start..end]);
        start = end + 1;
    }
    if start < text.len() {
        lines.push(&text[start..]);
    }
    lines
}

/// The words of a line, in order; backwards when asked.
pub fn words(line: &str, backwards: bool) -> impl Iterator<Item = &str> {
    let words = line.split_whitespace();
    if backwards {
        Either::Left(words.rev())
    } else {
        Either::Right(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_lines_and_words() {
        assert_eq!(lines(b"one two\nthree"), [b"one two".as_slice(), b"three"]);
        assert_eq!(words("one two", true).collect::<Vec<_>>(), ["two", "one"]);
    }
}
