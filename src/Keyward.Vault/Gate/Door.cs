namespace Keyward.Vault.Gate;

/// <summary>Through which door a request came. The labels are a closed set for metrics and records.</summary>
public enum Door
{
    Unspecified = 0,
    GoogleGrpc = 1,
    GoogleRest = 2,
    Token = 3,
    Admin = 4,
    System = 5,
    Aws = 6,
    AwsSts = 7,
    Witness = 8,
}

public static class DoorLabels
{
    public static string Label(this Door door) => door switch
    {
        Door.GoogleGrpc => "google_grpc",
        Door.GoogleRest => "google_rest",
        Door.Token => "token",
        Door.Admin => "admin",
        Door.System => "system",
        Door.Aws => "aws",
        Door.AwsSts => "aws_sts",
        Door.Witness => "witness",
        Door.Unspecified => "other",
    };
}
