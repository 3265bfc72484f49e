using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pylon.ServiceDefaults;

public static class ValidatedOptions
{
    /// <summary>
    /// Options of one feature from one configuration section, checked by their data annotations before the process
    /// starts. A bad setting stops the start; the message names it, its value (not a secret's) and what would be right.
    /// Durations are <see cref="TimeSpan"/>s (<c>00:00:10</c>; the short names of the alias table take seconds).
    /// </summary>
    public static OptionsBuilder<T> AddValidatedOptions<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddSingleton<IValidateOptions<T>>(new Configuration.SettingsCheck<T>(section));
        return services.AddOptions<T>()
            .Configure<IConfiguration>((options, configuration) =>
            {
                Configuration.SettingsCheck<T>.Convertible(configuration.GetSection(section));
                configuration.GetSection(section).Bind(options);
            })
            .ValidateOnStart();
    }
}
