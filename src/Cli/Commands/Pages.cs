namespace Pylon.Cli.Commands;

/// <summary>Lists that come in pages.</summary>
internal static class Pages
{
    /// <summary>The items of all pages; the argument is the token of the page, empty for the first.</summary>
    public static async IAsyncEnumerable<T> AllAsync<T>(Func<string, Task<(IEnumerable<T> Items, string NextToken)>> read)
    {
        var token = "";
        do
        {
            (var items, token) = await read(token);
            foreach (var item in items)
                yield return item;
        }
        while (token.Length > 0);
    }
}
