namespace Pylon.Bench.Scenarios;

/// <summary>What broadcasts over server-sent events: the Gateway, or the peer.</summary>
internal interface ISseServer : IAsyncDisposable
{
    string Name { get; }

    int Port { get; }

    /// <summary>Where its subscribers come.</summary>
    string Path { get; }

    int Pid { get; }

    /// <summary>Publishes the event of this number, with the time of now.</summary>
    Task PublishAsync(long number, CancellationToken cancellationToken);
}
