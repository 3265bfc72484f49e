using Pylon.Rpc;

namespace Pylon.Ingestion.Zones;

/// <summary>The last zone of a page: what the page token says.</summary>
internal sealed record ZonePage(string Code, Guid Id)
{
    private const int IdLength = 32;

    /// <summary>The token of the page that follows this zone.</summary>
    public static string TokenAfter(Zone zone) => PageToken.EncodeText($"{zone.Id:N}{zone.Code}");

    /// <summary>Null for the first page.</summary>
    public static ZonePage? Read(string token)
    {
        if (PageToken.DecodeText(token) is not { } text)
            return null;
        return text.Length >= IdLength && Guid.TryParseExact(text.AsSpan(0, IdLength), "N", out var id) && !text.Contains('\0')
            ? new ZonePage(text[IdLength..], id)
            : throw Refusal.InvalidArgument("page_token", "must be the next_page_token of an earlier answer to the same call").AsException();
    }
}
