using System.Text.Json;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Audit;

/// <summary>The types of decisions as the database names them: LLM_DC_SELECTION is LlmDcSelection.</summary>
internal static class DecisionTypes
{
    private static readonly Dictionary<string, DecisionType> ByName = Enum.GetValues<DecisionType>().ToDictionary(NameOf);

    public static string NameOf(DecisionType type) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(type.ToString());

    /// <summary>Unspecified for a name that the contract does not have.</summary>
    public static DecisionType Parse(string name) => ByName.GetValueOrDefault(name);
}
