namespace Pylon.Sandbox.Bpp.Protocol;

/// <summary>The actions of the provider.</summary>
internal static class Actions
{
    public const string Discover = "discover";
    public const string Select = "select";
    public const string Init = "init";
    public const string Confirm = "confirm";
    public const string Status = "status";
    public const string Cancel = "cancel";

    public static IReadOnlyList<string> All { get; } = [Discover, Select, Init, Confirm, Status, Cancel];
}
