namespace Pylon.Insights.Playbook;

/// <summary>The playbook as JSON.</summary>
/// <param name="Version">For example playbook-2026-11.</param>
/// <param name="Measures">In any order.</param>
internal sealed record PlaybookFile(string Version, IReadOnlyList<Measure> Measures);
