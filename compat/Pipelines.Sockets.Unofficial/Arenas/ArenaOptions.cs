namespace Pipelines.Sockets.Unofficial.Arenas;

/// <summary>Settings of an <see cref="Arena{T}"/>; kept for their shape, ours needs none of them.</summary>
public sealed class ArenaOptions(
    ArenaFlags flags = ArenaFlags.None, int blockSizeBytes = 0, Func<long, long, long>? retentionPolicy = null)
{
    public ArenaFlags Flags { get; } = flags;

    public int BlockSizeBytes { get; } = blockSizeBytes;

    public Func<long, long, long>? RetentionPolicy { get; } = retentionPolicy;
}
