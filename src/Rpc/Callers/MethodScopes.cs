using System.Collections.Frozen;
using Google.Protobuf.Reflection;
using Pylon.Access;
using Pylon.Common.V1;

namespace Pylon.Rpc;

/// <summary>What the rpcs of a contract need, as their option <c>(pylon.common.v1.scope)</c> says.</summary>
public static class MethodScopes
{
    /// <summary>The rule of each rpc, by its path: <c>/pylon.ingestion.v1.GridService/GetForecast</c>.</summary>
    /// <exception cref="InvalidOperationException">An rpc says none, or one that is not in the list; all of them are named.</exception>
    public static IReadOnlyDictionary<string, ScopeRule> Of(IEnumerable<ServiceDescriptor> services)
    {
        var rules = new Dictionary<string, ScopeRule>(StringComparer.Ordinal);
        var wrong = new List<string>();
        foreach (var rpc in services.SelectMany(service => service.Methods))
        {
            try
            {
                rules[PathOf(rpc)] = Of(rpc);
            }
            catch (FormatException e)
            {
                wrong.Add($"{rpc.FullName}: {e.Message}");
            }
        }

        return wrong.Count == 0
            ? rules.ToFrozenDictionary(StringComparer.Ordinal)
            : throw new InvalidOperationException($"Each rpc must say its scope, option (pylon.common.v1.scope): {string.Join("; ", wrong)}");
    }

    /// <summary>The path of an rpc in a native call.</summary>
    public static string PathOf(MethodDescriptor rpc) => $"/{rpc.Service.FullName}/{rpc.Name}";

    /// <summary>The rule of an rpc.</summary>
    /// <exception cref="FormatException">It says none, or one that is not in the list.</exception>
    public static ScopeRule Of(MethodDescriptor rpc) => ScopeRule.Parse(rpc.GetOptions()?.GetExtension(ScopeExtensions.Scope) ?? "");
}
