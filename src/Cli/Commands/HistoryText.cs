using Google.Protobuf.WellKnownTypes;
using Pylon.Cli.Output;

namespace Pylon.Cli.Commands;

/// <summary>What happened to a hotspot or an alert, a line for each.</summary>
internal static class HistoryText
{
    /// <param name="at">When.</param>
    /// <param name="what">The word of the API.</param>
    /// <param name="userId">Who; empty for nobody.</param>
    /// <param name="note">Why; may be empty.</param>
    public static string Line(Timestamp at, string what, string userId, string note) =>
        $"  {Figures.Moment(at)}  {Words.Of(what)}{(userId.Length > 0 ? $" by {userId}" : "")}{(note.Length > 0 ? $": {note}" : "")}";
}
