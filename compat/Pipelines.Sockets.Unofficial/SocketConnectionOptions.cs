namespace Pipelines.Sockets.Unofficial;

/// <summary>Flags of a <see cref="SocketConnection"/>; ours reads by blocking, so none of them changes anything.</summary>
[Flags]
public enum SocketConnectionOptions
{
    None = 0,
    ZeroLengthReads = 1,
}
