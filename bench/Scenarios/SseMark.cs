using System.Diagnostics;

namespace Pylon.Bench.Scenarios;

/// <summary>What both servers send: the same event, and in it the mark that <c>bench/peers/sse-load.c</c> looks for.</summary>
internal static class SseMark
{
    public const string Source = "pylon/orchestrator";
    public const string Type = "pylon.workload.queued.v1";
    public const string Workload = "0199d4a4-5c1e-7a3b-9f0e-2b1c6a7d8e9f";

    /// <summary>The number of the event and the time of now by the clock that both processes share.</summary>
    public static string Of(long number) => $"~{number}~{(long)Stopwatch.GetElapsedTime(0).TotalNanoseconds}~";
}
