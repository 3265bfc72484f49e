using Pylon.Rpc;

namespace Pylon.Insights.Models;

/// <summary>What an estimate counts, and what may be summed.</summary>
internal static class Boundaries
{
    /// <summary>Tank to wheel: what the vehicle or the plant emits.</summary>
    public const string Ttw = "TTW";

    /// <summary>Well to wheel: with the making of fuel and electricity.</summary>
    public const string Wtw = "WTW";

    /// <summary>The generation of electricity.</summary>
    public const string Generation = "GENERATION";

    /// <summary>The same with the losses of transmission and distribution.</summary>
    public const string GenerationTd = "GENERATION_TD";

    /// <summary>An external engine does not say what it counts.</summary>
    public const string NotStated = "NOT_STATED";

    public static readonly Refusal Mixed = Refusal.FailedPrecondition(
        "BOUNDARIES_MIXED", "boundary: must be the same for everything that is summed; a WTW leg is never added to a TTW leg.");

    /// <summary>
    /// The boundary of a sum; null when its parts cannot be summed. Fuel that is burnt and electricity as it is generated are
    /// both direct, so they can.
    /// </summary>
    public static string? Sum(IEnumerable<string> parts)
    {
        string? sum = null;
        foreach (var part in parts)
        {
            sum = (sum, part) switch
            {
                (null, _) => part,
                _ when sum == part => sum,
                (Ttw, Generation) or (Generation, Ttw) => Ttw,
                (Ttw, GenerationTd) or (GenerationTd, Ttw) => GenerationTd,
                _ => "",
            };
            if (sum.Length == 0)
                return null;
        }

        return sum;
    }
}
