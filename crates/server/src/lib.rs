//! HTTP: the API, sessions, the gateway's doors
