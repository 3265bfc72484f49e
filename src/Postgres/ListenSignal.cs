namespace Pylon.Postgres;

/// <summary>Why a <see cref="Listener"/> calls.</summary>
public enum ListenReason
{
    /// <summary>LISTEN is established, for the first time or again: whatever was missed until now is in the table.</summary>
    Connected,

    /// <summary>One or more notifications came.</summary>
    Notified,

    /// <summary>Nothing came for the length of the poll.</summary>
    Polled,
}

/// <summary>A notification as sent with NOTIFY or pg_notify.</summary>
public readonly record struct ListenNotification(string Channel, string Payload);

/// <summary>A reason to look into the table; a burst of notifications is one signal.</summary>
/// <param name="Reason">What happened.</param>
/// <param name="Notifications">In the order of their arrival; empty unless <see cref="ListenReason.Notified"/>.</param>
public sealed record ListenSignal(ListenReason Reason, IReadOnlyList<ListenNotification> Notifications);
