using System.Text;

namespace Pylon.Sandbox.Requests;

/// <summary>The bytes of a body, which a signature covers.</summary>
internal static class Raw
{
    public static async Task<byte[]> ReadAsync(HttpContext http)
    {
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        return buffer.ToArray();
    }

    /// <summary>As a reader of the body would decode them, without a byte order mark.</summary>
    public static string Text(byte[] body)
    {
        using var reader = new StreamReader(new MemoryStream(body), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
