"""The training step of a convolutional model in eager PyTorch."""

import torch
from torch import nn
from torch.nn import functional

import training_step


class ConvVae(nn.Module):
    """28 × 28 images, two stride-2 convolutions, and their mirror image."""

    def __init__(self, latent):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 32, 4, stride=2, padding=1), nn.ReLU(), nn.Conv2d(32, 64, 4, stride=2, padding=1), nn.ReLU()
        )
        self.mean = nn.Linear(64 * 7 * 7, latent)
        self.log_variance = nn.Linear(64 * 7 * 7, latent)
        self.spread = nn.Linear(latent, 64 * 7 * 7)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1)
        )

    def forward(self, x):
        features = self.encoder(x.view(-1, 1, 28, 28)).flatten(1)
        mean, log_variance = self.mean(features), self.log_variance(features)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        spread = functional.relu(self.spread(z)).view(-1, 64, 7, 7)
        return self.decoder(spread).flatten(1), mean, log_variance


def set_up(**options):
    return training_step.set_up(make_model=lambda sizes: ConvVae(sizes["latent"]), **options)
