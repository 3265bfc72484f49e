using Npgsql;
using NpgsqlTypes;

namespace Pylon.Insights.Baselines;

/// <summary>A pass over the roll-ups that changed since the last one.</summary>
/// <param name="From">The first transaction whose rows are taken.</param>
/// <param name="Target">Where the next pass begins: all before it have ended.</param>
/// <param name="AfterEntity">The entities up to this one are done.</param>
internal sealed record RollupPass(ulong From, ulong Target, long AfterEntity)
{
    /// <summary>A transaction as a parameter.</summary>
    public static NpgsqlParameter Xid(ulong transaction) => new() { Value = transaction, NpgsqlDbType = NpgsqlDbType.Xid8 };
}
