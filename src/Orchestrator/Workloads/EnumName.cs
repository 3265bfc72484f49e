using System.Collections.Frozen;
using System.Text.Json;

namespace Pylon.Orchestrator.Workloads;

/// <summary>The values of the contract's enums as the database names them: <c>pending_user_choice</c> is PendingUserChoice.</summary>
internal static class EnumName
{
    /// <summary>Unspecified for a name that the enum does not have.</summary>
    public static T Parse<T>(string? name)
        where T : struct, Enum => name is null ? default : Names<T>.Known.GetValueOrDefault(name);

    // A look-up, because the live state reads tens of thousands of names at a time.
    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<string, T> Known =
            Enum.GetValues<T>().ToFrozenDictionary(value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()), StringComparer.OrdinalIgnoreCase);
    }
}
