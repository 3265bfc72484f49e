using Pylon.Sandbox.Bpp.Protocol;

namespace Pylon.Sandbox.Bpp;

/// <summary>The faults of the provider, and the actions and answering styles that they apply to.</summary>
internal static class FaultKinds
{
    public const string Delay = "delay";
    public const string HttpError = "http_error";
    public const string Nack = "nack";
    public const string LostCallback = "lost_callback";
    public const string DuplicateCallback = "duplicate_callback";
    public const string LateCallback = "late_callback";
    public const string ReorderedCallback = "reordered_callback";
    public const string CallbackBeforeAck = "callback_before_ack";
    public const string UnsignedCallback = "unsigned_callback";
    public const string ForgedCallback = "forged_callback";
    public const string ReplayedCallback = "replayed_callback";
    public const string MalformedBody = "malformed_body";
    public const string BusinessError = "business_error";
    public const string FewItems = "few_items";
    public const string DropConnection = "drop_connection";

    public static IReadOnlyList<string> All { get; } =
    [
        Delay, HttpError, Nack, LostCallback, DuplicateCallback, LateCallback, ReorderedCallback, CallbackBeforeAck,
        UnsignedCallback, ForgedCallback, ReplayedCallback, MalformedBody, BusinessError, FewItems, DropConnection,
    ];

    public static bool Fits(string kind, string action, bool sync) => kind switch
    {
        FewItems => action == Actions.Discover,
        LostCallback or DuplicateCallback or LateCallback or ReorderedCallback or CallbackBeforeAck
            or UnsignedCallback or ForgedCallback or ReplayedCallback => !sync,
        _ => true,
    };
}
