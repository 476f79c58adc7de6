//! The shell over real connections, on a database in a file.

mod accounts;
mod canned;
mod connections;
mod factors;
mod http;
mod identity;
mod insights;
mod limits;
mod missed;
mod search;
mod sockets;
mod staff;
mod world;
