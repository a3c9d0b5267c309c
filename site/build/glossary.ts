/** What the article's words from other fields mean, in a sentence or two: shown where a reader points at the word. */
export const glossary: Readonly<Record<string, string>> = {
  elbo: 'The <b>evidence lower bound</b>: how well the decoder explains the image from draws of q, minus the KL divergence of q to the prior. It never exceeds log p(x), the probability that the model gives the image, and it is what a VAE is trained to raise.',
  nats: 'The unit of information when logarithms are natural: one nat is a factor of <i>e</i> ≈ 2.718 in probability, or 1.443 bits.',
  kl: 'The <b>Kullback–Leibler divergence</b> KL(q ‖ p), the mean of log q(z) − log p(z) over draws from q: how far q is from p. It is zero if they are the same, else positive.',
  frobenius:
    'The <b>Frobenius norm</b>, the length of a matrix taken as one long vector: the square root of the sum of the squares of its entries. For [[2, 1], [1, 2]] it is √10.',
  lyapunov:
    'A <b>Lyapunov equation</b> asks for the matrix X with A X + X A = C. Its unknowns are the entries of X, and it is linear in them: for 2 × 2 matrices, four ordinary linear equations.',
  eigenvalue:
    'If a matrix only stretches a vector, M v = λ v, then v is an <b>eigenvector</b> and the factor λ its <b>eigenvalue</b>. [[2, 1], [1, 2]] stretches (1, 1) by 3 and (1, −1) by 1.',
};
