namespace Pipelines.Sockets.Unofficial.Arenas;

/// <summary>Where an arena takes its blocks from. StackExchange.Redis passes none, so the arena uses plain arrays.</summary>
public abstract class Allocator<T>;
