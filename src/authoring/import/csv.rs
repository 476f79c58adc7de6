//! CSV: `intent,text` and, if there is a third column, the language of the text.

use crate::authoring::import::Import;
use crate::language::Language;

/// What may stand between columns.
const SEPARATORS: [char; 3] = [';', '\t', ','];
/// Names of columns, lest a heading becomes a message.
const HEADINGS: [&str; 12] = [
    "intent",
    "label",
    "class",
    "category",
    "topic",
    "text",
    "example",
    "utterance",
    "message",
    "lang",
    "language",
    "query",
];

/// A row and the line that it begins on.
struct Row {
    line: usize,
    cells: Vec<String>,
    closed: bool,
}

/// Reads a file; `language` is that of rows which do not name one.
pub fn read(import: &mut Import, text: &str, language: Language) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let separator = separator_of(text);
    let mut order = Columns { intent: 0, text: 1, language: Some(2) };
    for (number, row) in rows(text, separator).into_iter().enumerate() {
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if !row.closed {
            import.leave(row.line, "a quotation mark is not closed: the rest of the file is in it");
        }
        if number == 0
            && let Some(named) = Columns::named(&row.cells)
        {
            order = named;
            continue;
        }
        take(import, &row, &order, language);
    }
}

struct Columns {
    intent: usize,
    text: usize,
    language: Option<usize>,
}

impl Columns {
    /// The order that a heading tells.
    fn named(cells: &[String]) -> Option<Self> {
        let names: Vec<String> = cells.iter().map(|cell| cell.trim().to_lowercase()).collect();
        if !names.iter().all(|name| HEADINGS.contains(&name.as_str())) {
            return None;
        }
        let at = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        Some(Self {
            intent: at(&["intent", "label", "class", "category", "topic"])?,
            text: at(&["text", "example", "utterance", "message", "query"])?,
            language: at(&["lang", "language"]),
        })
    }
}

fn take(import: &mut Import, row: &Row, order: &Columns, language: Language) {
    let cell = |at: usize| row.cells.get(at).map_or("", |cell| cell.trim());
    let (intent, text) = (cell(order.intent), cell(order.text));
    if intent.is_empty() || text.is_empty() {
        import.leave(row.line, "the row lacks its intent or its text");
        return;
    }
    let named = order.language.map(cell).filter(|code| !code.is_empty());
    let language = match named.map(|code| (code, Language::from_tag(&code.to_lowercase()))) {
        None => language,
        Some((_, Some(language))) => language,
        Some((code, None)) => {
            import.leave(row.line, format!("`{code}` is no language of this bot (sv, fi, en)"));
            return;
        }
    };
    let known = [Some(order.intent), Some(order.text), order.language];
    let more = row
        .cells
        .iter()
        .enumerate()
        .filter(|(at, cell)| !known.contains(&Some(*at)) && !cell.trim().is_empty());
    if more.count() > 0 {
        import
            .leave(row.line, "only intent, text and language are read; the other columns are not");
    }
    import.take(row.line, intent, language, text);
}

/// The separator that the first line has most of, outside quotation marks.
fn separator_of(text: &str) -> char {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut quoted = false;
    let mut counts = [0_usize; SEPARATORS.len()];
    for letter in first.chars() {
        if letter == '"' {
            quoted = !quoted;
        } else if let Some(at) = SEPARATORS.iter().position(|it| *it == letter).filter(|_| !quoted)
        {
            counts[at] += 1;
        }
    }
    // A text may hold commas, so that what is rarer in texts goes first.
    let found = SEPARATORS.iter().zip(counts).find(|(_, count)| *count > 0);
    found.map_or(',', |(separator, _)| *separator)
}

/// The rows, with cells in quotation marks over several lines, and `""` for a mark in one.
fn rows(text: &str, separator: char) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut row = Row { line: 1, cells: Vec::new(), closed: true };
    let mut cell = String::new();
    let mut quoted = false;
    let mut line = 1;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\n' {
            line += 1;
        }
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = true;
            }
            '\n' if !quoted => {
                row.cells.push(std::mem::take(&mut cell));
                rows.push(std::mem::replace(
                    &mut row,
                    Row { line, cells: Vec::new(), closed: true },
                ));
            }
            '\r' if !quoted => {}
            letter if letter == separator && !quoted => row.cells.push(std::mem::take(&mut cell)),
            letter => cell.push(letter),
        }
    }
    if !cell.is_empty() || !row.cells.is_empty() {
        row.cells.push(cell);
        row.closed = !quoted;
        rows.push(row);
    }
    rows
}
