using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pylon.Bench.Faults;

/// <summary>
/// Stands before PostgreSQL and, when it is told to, keeps the answer of a commit to itself: the transaction is committed, its
/// client sees the connection break. So a client learns nothing of a commit, which is the one answer that no client can ask for again.
/// </summary>
internal sealed class PostgresProxy : IAsyncDisposable
{
    private const int Piece = 64 * 1024;

    // CommandComplete of a write, and ReadyForQuery outside of a transaction: the write is committed.
    private static readonly byte[][] Writes = ["COMMIT\0"u8.ToArray(), "INSERT "u8.ToArray(), "UPDATE "u8.ToArray(), "DELETE "u8.ToArray()];
    private static readonly byte[] Committed = [(byte)'Z', 0, 0, 0, 5, (byte)'I'];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Task, bool> _open = new();
    private readonly int _port;
    private readonly Task _accepting;
    private int _armed;
    private int _kept;

    public PostgresProxy(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Answers of commits that were kept so far.</summary>
    public int Kept => Volatile.Read(ref _kept);

    /// <summary>The next so many commits are not answered.</summary>
    public void KeepAnswers(int count) => Interlocked.Add(ref _armed, count);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_open.Keys);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                var serving = ServeAsync(client);
                _open.TryAdd(serving, true);
                _ = serving.ContinueWith(done => _open.TryRemove(done, out _), TaskScheduler.Default);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // It ends, or the client has gone already.
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        using (var end = CancellationTokenSource.CreateLinkedTokenSource(_end.Token))
        {
            client.NoDelay = server.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _port, end.Token);
                await Task.WhenAny(CopyAsync(client, server, isAnswer: false, end.Token), CopyAsync(server, client, isAnswer: true, end.Token));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // PostgreSQL is away.
            }

            // What one side has ended ends for the other.
            await end.CancelAsync();
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, bool isAnswer, CancellationToken cancellationToken)
    {
        var piece = new byte[Piece];
        try
        {
            while (await from.GetStream().ReadAsync(piece, cancellationToken) is > 0 and var length)
            {
                if (isAnswer && Keeps(piece.AsSpan(0, length)))
                    return;
                await to.GetStream().WriteAsync(piece.AsMemory(0, length), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // One of the two has gone.
        }
    }

    private bool Keeps(ReadOnlySpan<byte> answer)
    {
        if (Volatile.Read(ref _armed) <= 0 || !answer.EndsWith(Committed) || !IsWrite(answer))
            return false;
        if (Interlocked.Decrement(ref _armed) < 0)
        {
            Interlocked.Increment(ref _armed);
            return false;
        }

        Interlocked.Increment(ref _kept);
        return true;
    }

    private static bool IsWrite(ReadOnlySpan<byte> answer)
    {
        foreach (var write in Writes)
        {
            if (answer.IndexOf(write) >= 0)
                return true;
        }

        return false;
    }
}
