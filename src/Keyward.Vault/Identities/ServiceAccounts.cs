using System.Globalization;
using System.Security.Cryptography;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>How accounts and their credentials come to be.</summary>
internal static class ServiceAccounts
{
    /// <summary>6 to 30 characters is Google's rule; shorter names harm nobody here.</summary>
    public const int MaximumNameLength = 30;

    public static bool IsValidName(string name)
    {
        if (name.Length is 0 or > MaximumNameLength || !char.IsAsciiLetterLower(name[0])
            || name[^1] == '-') return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        return true;
    }

    public static string EmailOf(Deployment deployment, ProjectId project, string name) =>
        $"{name}@{project.Value}.{deployment.EmailLabel}.keyward.internal";

    public static ServiceAccount Make(ChangeDraft draft, ProjectId project, string name) => new(
        EmailOf(draft.Snapshot.Deployment!, project, name), project, name, RandomDigits(21), StandingState.Active,
        draft.Now);

    /// <summary>A key file's credential, with the private key as PEM: handed out once, kept nowhere.</summary>
    public static (Credential Credential, byte[] PrivateKeyPem) MakeKeyFile(
        ChangeDraft draft, ServiceAccount account, TimeSpan? lifetime)
    {
        var (publicKey, privateKey) = draft.CredentialKeys.MakeServiceAccountKey();
        var credential = new Credential(CredentialForm.NewKeyFileId(),
            CredentialKind.KeyFile, account.Email, StandingState.Active, draft.Now, draft.Now + lifetime)
        {
            PublicKey = publicKey,
        };
        draft.Put(credential);
        return (credential, privateKey);
    }

    /// <summary>An access key, with its secret: handed out once, kept sealed.</summary>
    public static (Credential Credential, byte[] Secret) MakeAccessKey(ChangeDraft draft, ServiceAccount account)
    {
        var id = CredentialForm.NewAccessKeyId(CredentialForm.AccessKeyMark);
        var secret = draft.CredentialKeys.MakeAccessKeySecret();
        var projectKey = draft.Snapshot.Find(account.Project)!.Project.ProjectKeyId;
        var credential = new Credential(
            id, CredentialKind.AccessKey, account.Email, StandingState.Active, draft.Now, null)
        {
            Secret = draft.Hierarchy.SealSecret(projectKey, Credential.BindingOf(CredentialKind.AccessKey, id), secret),
        };
        draft.Put(credential);
        return (credential, secret);
    }

    private static string RandomDigits(int length) => "1" + RandomText("0123456789", length - 1);

    private static string RandomText(string alphabet, int length) => RandomNumberGenerator.GetString(alphabet, length);
}
