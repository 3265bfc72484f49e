using Pylon.Access;
using Pylon.Orchestrator.V1;
using Pylon.Web.Words;

namespace Pylon.Web.Operations;

/// <summary>API keys in words.</summary>
internal static class KeyWords
{
    /// <summary>The operator of those who run the installation.</summary>
    public const string NoOperator = "None: those who run Pylon";

    public static Label State(Key key, DateTimeOffset now) =>
        key.RevokedAt is not null ? Label.Plain("Revoked")
        : key.ExpiresAt?.ToDateTimeOffset() <= now ? Label.Wait("Over")
        : Label.Good("In use");

    /// <summary>The name of its operator; the id of one that is not in the list.</summary>
    public static string Owner(Key key, IEnumerable<Operator> operators)
    {
        if (key.Scopes.Contains(Scope.Admin.Name))
            return "All";
        if (key.OperatorId.Length == 0 || key.OperatorId == Caller.BuiltInOperator.ToString())
            return NoOperator;
        return operators.FirstOrDefault(one => one.Id == key.OperatorId)?.Name ?? key.OperatorId;
    }
}
