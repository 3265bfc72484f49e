using Pylon.Insights.Factors;
using Pylon.Rpc;

namespace Pylon.Insights.Models;

/// <summary>The factors of the words of hub.</summary>
internal static class Hubs
{
    public static readonly Refusal Unknown = Refusal.InvalidArgument("hub", "must be transhipment or storage_transhipment");

    public static Factor? Find(FactorBook book, string hub) => hub switch
    {
        "transhipment" => book[FactorIds.HubTranshipment],
        "storage_transhipment" => book[FactorIds.HubStorageTranshipment],
        _ => null,
    };
}
