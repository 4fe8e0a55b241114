//! The accept loop. `axum::serve` has no bound on how long a client may take to send the head of its request, nor on how many
//! connections are open; a public server needs both, so the loop is ours.

use std::{io, sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore};

use crate::state::ServerSettings;

/// How long to wait after the system refused to accept, e.g. because no file handle is left.
const BREATH: Duration = Duration::from_millis(50);

pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    settings: &ServerSettings,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(settings.header_timeout).max_headers(64);
    builder.http2().timer(TokioTimer::new()).max_header_list_size(32 * 1024).max_concurrent_streams(256);
    let builder = Arc::new(builder);
    let service = TowerToHyperService::new(router);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(settings.connections.min(Semaphore::MAX_PERMITS)));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = async {
            // A place first: connections beyond the bound wait in the system's queue and cost us nothing.
            let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
            listener.accept().await.map(|(stream, _)| (stream, place))
        };
        let (stream, place) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accepted => match accepted {
                Ok(accepted) => accepted,
                Err(error) if is_fatal(&error) => return Err(error),
                Err(_) => { tokio::time::sleep(BREATH).await; continue }
            },
        };
        // Answers are written whole; waiting to fill a packet would only add delay.
        let _ = stream.set_nodelay(true);
        let (builder, service, watcher) = (Arc::clone(&builder), service.clone(), graceful.watcher());
        tokio::spawn(async move {
            let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
            // A connection that breaks off is the peer's affair.
            let _ = watcher.watch(connection).await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(settings.shutdown_timeout, graceful.shutdown()).await;
    Ok(())
}

/// Whether accepting can never succeed again, as opposed to a peer that left or a shortage that passes.
fn is_fatal(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::NotConnected | io::ErrorKind::Unsupported)
}
