namespace Pylon.Forecasting.Planning.Requests;

/// <summary>Steps of a job that draw the same energy.</summary>
/// <param name="Steps">How many.</param>
/// <param name="JoulesPerStep">0 to <see cref="PowerProfile.MaxJoules"/>.</param>
public sealed record PowerPiece(int Steps, long JoulesPerStep);
