namespace Pipelines.Sockets.Unofficial.Arenas;

/// <summary>
/// How an arena treats its blocks. Ours always clears what was used when it is reset, whatever the flags say: a reply
/// must not be kept alive by the slot that held it.
/// </summary>
[Flags]
public enum ArenaFlags
{
    None = 0,
}
