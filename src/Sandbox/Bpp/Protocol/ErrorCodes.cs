namespace Pylon.Sandbox.Bpp.Protocol;

/// <summary>Codes of BECKN-005, and the newer name for a filter that cannot be read.</summary>
internal static class ErrorCodes
{
    public const string InvalidRequest = "30000";
    public const string ItemNotFound = "30004";
    public const string OfferNotFound = "30006";
    public const string OrderNotFound = "30010";
    public const string BusinessError = "40000";
    public const string CapacityUnavailable = "40002";
    public const string InvalidJsonPath = "SCH_INVALID_JSONPATH";
}
