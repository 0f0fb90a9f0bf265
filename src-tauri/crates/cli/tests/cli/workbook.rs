//! How the cells of a workbook are shown, as a spreadsheet finds it in the file.

use std::fs::File;
use std::io::read_to_string;
use std::path::Path;

use zip::ZipArchive;

/// Of each cell of a sheet (from 1): whether it is a number or a text, and its format.
pub(crate) fn formats(book: &Path, sheet: usize) -> Vec<Vec<String>> {
    placed(book, sheet).into_iter().map(|row| row.into_iter().map(|(_, format)| format).collect()).collect()
}

/// The same of the cells of one column (such as `B`) below its title, without those that are empty.
pub(crate) fn formats_below(book: &Path, sheet: usize, column: &str) -> Vec<String> {
    let cells = placed(book, sheet).into_iter().skip(1).flatten();
    cells.filter(|(letters, _)| letters == column).map(|(_, format)| format).collect()
}

/// Of each cell: the letters of its column, and as what and in which format it is shown.
fn placed(book: &Path, sheet: usize) -> Vec<Vec<(String, String)>> {
    let mut archive = ZipArchive::new(File::open(book).unwrap()).unwrap();
    let mut part = |name: &str| read_to_string(archive.by_name(name).unwrap()).unwrap();
    let (styles, cells) = (part("xl/styles.xml"), part(&format!("xl/worksheets/sheet{sheet}.xml")));
    let styles = formats_of_styles(&styles);
    let row = |row: &str| {
        let cell = |cell: &str| {
            let kind = if cell.contains("t=\"inlineStr\"") { "text" } else { "number" };
            let letters = attribute(cell, "r").trim_end_matches(|end: char| end.is_ascii_digit());
            (letters.to_owned(), format!("{kind} {}", styles[attribute(cell, "s").parse::<usize>().unwrap()]))
        };
        row.split("<c ").skip(1).map(cell).collect()
    };
    cells.split("<row ").skip(1).map(row).collect()
}

/// The formats of the styles that cells name, by their places.
fn formats_of_styles(styles: &str) -> Vec<String> {
    let own = |id: &str| {
        let of = styles.split("<numFmt ").skip(1).find(|format| attribute(format, "numFmtId") == id);
        of.map(|format| attribute(format, "formatCode").to_owned())
    };
    let format = |style: &str| match attribute(style, "numFmtId") {
        "0" => "General".to_owned(),
        "1" => "0".to_owned(),
        "2" => "0.00".to_owned(),
        "49" => "@".to_owned(),
        id => own(id).unwrap(),
    };
    styles.split_once("<cellXfs").unwrap().1.split("<xf ").skip(1).map(format).collect()
}

fn attribute<'t>(tag: &'t str, name: &str) -> &'t str {
    let (_, value) = tag.split_once(&format!("{name}=\"")).unwrap();
    value.split_once('"').unwrap().0
}
