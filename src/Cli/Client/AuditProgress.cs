namespace Pylon.Cli.Client;

/// <summary>How far the log of decisions is verified (pylon.orchestrator.v1.VerifyResponse in proto3 JSON).</summary>
/// <param name="Checked">Entries that hold.</param>
/// <param name="HeadHash">The hash of the last of them.</param>
/// <param name="Intact">Only in the last message.</param>
/// <param name="Broken">The first entry that does not hold.</param>
internal sealed record AuditProgress(long Checked = 0, string HeadHash = "", bool? Intact = null, BrokenEntry? Broken = null);

/// <summary>An entry of the log that does not hold.</summary>
internal sealed record BrokenEntry(long Seq = 0, string DecisionId = "", string Reason = "");
