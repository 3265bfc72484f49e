namespace Pylon.Ingestion.Postcodes;

/// <summary>From a postcode to its region.</summary>
internal static class PostcodesFeature
{
    public static IServiceCollection AddPostcodes(this IServiceCollection services) => services.AddSingleton<PostcodeRegions>();
}
