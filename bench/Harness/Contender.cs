namespace Pylon.Bench.Harness;

/// <summary>One of those that are compared.</summary>
/// <param name="Name">In the table.</param>
/// <param name="RunAsync">Does the work, timed, and says how many items it did.</param>
internal sealed record Contender(string Name, Func<CancellationToken, Task<Work>> RunAsync)
{
    /// <summary>Sets the stage before each round, not timed.</summary>
    public Func<CancellationToken, Task>? PrepareAsync { get; init; }

    /// <summary>True for the limit or peer that the others are held against; one at most.</summary>
    public bool IsPeer { get; init; }

    /// <summary>What it has to reach.</summary>
    public Bar? Bar { get; init; }

    /// <summary>
    /// The process ids whose CPU time counts, with all that they start; null for everything that runs under this process,
    /// itself included: servers, services, the load.
    /// </summary>
    public Func<IEnumerable<int>>? Processes { get; init; }

    /// <summary>Processes whose CPU time per item, with all that they start, is also a column of its own, by name.</summary>
    public IReadOnlyList<(string Name, int Pid)> Parts { get; init; } = [];
}

/// <summary>What was done in one round.</summary>
/// <param name="Items">How many.</param>
internal sealed record Work(long Items)
{
    /// <summary>Further figures, each a column of the table: <c>["p99 ms"] = 12.5</c>.</summary>
    public IReadOnlyDictionary<string, double> More { get; init; } = new Dictionary<string, double>();

    public static implicit operator Work(long items) => new(items);
}

/// <summary>What a contender has to reach, against the peer (its own figures where there is none).</summary>
internal sealed record Bar(string Text, Func<Figures, Figures, bool> IsReached)
{
    /// <summary>At least so much of the peer's rate.</summary>
    public static Bar Rate(double least) => new($"≥ {least} of its rate", (own, peer) => own.Rate >= least * peer.Rate);

    /// <summary>At most so much of the peer's CPU time per item.</summary>
    public static Bar Cpu(double most) => new($"≤ {most} of its CPU", (own, peer) => own.CpuMicroseconds <= most * peer.CpuMicroseconds);

    /// <summary>At most so many microseconds of CPU time per item.</summary>
    public static Bar CpuAtMost(double most) => new($"CPU ≤ {most} µs", (own, _) => own.CpuMicroseconds <= most);

    /// <summary>At most so much of the peer's further figure.</summary>
    public static Bar Of(string figure, double most) => new($"≤ {most} of its {figure}", (own, peer) => own.More[figure] <= most * peer.More[figure]);

    /// <summary>A further figure of its own.</summary>
    public static Bar AtMost(string figure, double most) => new($"{figure} ≤ {most}", (own, _) => own.More[figure] <= most);

    /// <summary>Both.</summary>
    public Bar And(Bar other) => new($"{Text}, {other.Text}", (own, peer) => IsReached(own, peer) && other.IsReached(own, peer));
}
