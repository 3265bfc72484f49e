namespace Pylon.Orchestrator.Objects;

/// <summary>A filter of a list: <c>$?</c> in the SQL stands for the value.</summary>
internal sealed record Condition(string Sql, object Value);
