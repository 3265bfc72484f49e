using Pylon.Common.V1;

namespace Pylon.Rpc;

public static class UnreadableItem
{
    /// <summary>Why an item of a list is refused whose JSON could not be read; null when it could.</summary>
    /// <param name="unreadable">As REST sends it.</param>
    /// <param name="item">The name of the item itself, for example "scenario".</param>
    /// <param name="prefix">What stands before the name of a field of the item.</param>
    public static Refusal? AsRefusal(this Unreadable? unreadable, string item, string prefix = "") => unreadable is null
        ? null
        : Refusal.InvalidArgument(unreadable.Field.Length > 0 ? prefix + unreadable.Field : item, unreadable.Description);
}
