namespace Pylon.Orchestrator.Workloads;

/// <summary>The values of the contract's enums as the database names them: <c>pending_user_choice</c> is PendingUserChoice.</summary>
internal static class EnumName
{
    /// <summary>Unspecified for a name that the enum does not have.</summary>
    public static T Parse<T>(string? name)
        where T : struct, Enum => Enum.TryParse<T>(name?.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var value) ? value : default;
}
