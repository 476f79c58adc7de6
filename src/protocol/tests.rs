mod golden;
mod parse;
